#include "rules/versions.h"

struct version release_of(struct judge *judge, const char *release_row)
{
	return catalog_version(judge->plan->catalog, release_row);
}

bool older_than(struct judge *judge, struct version version, const char *release_row)
{
	return version_cmp(version, release_of(judge, release_row)) < 0;
}
