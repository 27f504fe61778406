#include "compiler/cli/json.h"

#include <stdio.h>

void json_print(json_object *top)
{
	puts(json_pretty(top));
	json_object_put(top);
}
