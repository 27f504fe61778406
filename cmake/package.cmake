# `cpack` in the build folder makes gpuplan_VERSION_ARCH.deb and gpuplan-VERSION-linux-ARCH.tar.gz. The
# same sources and tools give the same .deb under one umask, byte for byte.
set(GPUPLAN_MAINTAINER "gpuplan <gpuplan@localhost>" CACHE STRING
	"Who answers for the package: Name <address>")

execute_process(COMMAND date -u -d ${GPUPLAN_DATE} +%s OUTPUT_VARIABLE CPACK_GPUPLAN_EPOCH
	OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND env LC_ALL=C date -u -d ${GPUPLAN_DATE} -R OUTPUT_VARIABLE debian_date
	OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
configure_file(cmake/debian/changelog.in ${CMAKE_BINARY_DIR}/debian/changelog @ONLY)
execute_process(COMMAND ${GZIP_PROGRAM} -9nc ${CMAKE_BINARY_DIR}/debian/changelog
	OUTPUT_FILE ${CMAKE_BINARY_DIR}/debian/changelog.gz COMMAND_ERROR_IS_FATAL ANY)

set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_SOURCE_DIR}/cmake/package_generator.cmake)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR gpuplan)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "config compiler and policy linter for GPU virtual machines")
set(CPACK_PACKAGE_FILE_NAME gpuplan-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/cmake/package_modes.cmake)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER ${GPUPLAN_MAINTAINER})
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libvirt-clients, mdevctl, qemu-system-x86")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
	"gpuplan reads a YAML spec of hosts (GPUs, PCI addresses, NVLink and PCIe
topology) and virtual machines, checks it against the rules of NVIDIA GPU
peer-to-peer, and compiles it to libvirt domain XML, QEMU arguments, entries
of vSphere .vmx files and clique maps.
.
gpuplan-qemu is the wrapper that adds a GPU's clique where OpenStack or
Proxmox starts QEMU.")
include(CPack)
