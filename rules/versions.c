#include "rules/versions.h"

const struct fact *release_of(struct judge *judge, const char *release_row)
{
	return catalog_release(judge->plan->catalog, release_row);
}

bool older_than(struct judge *judge, struct version version, const char *release_row)
{
	return version_cmp(version, release_of(judge, release_row)->version) < 0;
}
