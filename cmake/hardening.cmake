# What a distribution builds with, so that a mistake is a crash and not a way in. tests/hardening.py looks for it in
# the programs.
include(CheckCSourceCompiles)
include(CheckCCompilerFlag)

# The third level asks more than the second of sizes that are known only at run time. A libc or compiler that has
# only the second warns.
set(CMAKE_REQUIRED_FLAGS "-O2 -Werror -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
check_c_source_compiles("#include <stdio.h>
int main(void) { return 0; }" HAVE_FORTIFY_SOURCE_3)
unset(CMAKE_REQUIRED_FLAGS)
set(fortify $<IF:$<BOOL:${HAVE_FORTIFY_SOURCE_3}>,3,2>)

check_c_compiler_flag(-fstack-clash-protection HAVE_STACK_CLASH_PROTECTION)
check_c_compiler_flag(-fcf-protection HAVE_CF_PROTECTION) # x86 alone

# The same objects make the programs and the library. Hidden names cost the programs nothing.
target_compile_options(gpuplan_flags INTERFACE
	-Wformat-security -fPIC -fvisibility=hidden -fstack-protector-strong
	$<$<BOOL:${HAVE_STACK_CLASH_PROTECTION}>:-fstack-clash-protection>
	$<$<BOOL:${HAVE_CF_PROTECTION}>:-fcf-protection>
	# Debug is built without optimization, which it needs.
	$<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE>
	$<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=${fortify}>)
target_link_options(gpuplan_flags INTERFACE
	$<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-pie> -Wl,-z,relro,-z,now,-z,noexecstack)
