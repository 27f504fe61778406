"""libvirt-schema: every domain is valid against the schema that libvirt ships."""

from . import tools


def judge(context, report):
    validate = tools.require("virt-xml-validate", "libvirt-clients")
    tools.require("xmllint", "libxml2-utils")
    for artifact in context.out.of("libvirt"):
        result = tools.run([validate, artifact.file, "domain"])
        if result.ok:
            report.ok(artifact.path, "valid")
        else:
            report.fail(artifact.path, "is not valid", result.words)
