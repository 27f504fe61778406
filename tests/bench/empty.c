/* What starting a process costs that is linked to libyaml and does nothing. */
#include <yaml.h>

int main(void)
{
	return yaml_get_version_string() ? 0 : 1;
}
