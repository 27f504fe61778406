#include "backends/wrapper/check.h"

#include <stdio.h>

#include "backends/wrapper/check_private.h"

int check(void)
{
	check_place();
	check_map();
	if (fflush(stdout) != 0 || reported() == VERDICT_ERROR)
		return 2;
	return reported() == VERDICT_WARNING;
}
