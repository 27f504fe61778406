#include "backends/wrapper/check.h"
int check(void)
{
	return 0;
}
