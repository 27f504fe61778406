# Man pages, filled in from the tables of the help by a program that holds the same objects as gpuplan;
# and the JSON Schema, as gpuplan prints it.
file(GLOB manual_sources CONFIGURE_DEPENDS compiler/cli/manual/*.c)
add_executable(gpuplan-manual ${manual_sources} $<TARGET_OBJECTS:gpuplan_cli>
	$<TARGET_OBJECTS:gpuplan_core> $<TARGET_OBJECTS:gpuplan_tables>)
target_link_libraries(gpuplan-manual PRIVATE gpuplan_core)

set(manual_folder ${CMAKE_BINARY_DIR}/manual)
file(MAKE_DIRECTORY ${manual_folder})
find_program(GZIP_PROGRAM gzip REQUIRED)

# The same bytes from the same sources: no name or time within the .gz.
function(gpuplan_fill name)
	set(template ${CMAKE_SOURCE_DIR}/compiler/cli/manual/${name}.in)
	add_custom_command(OUTPUT ${manual_folder}/${name}
		COMMAND gpuplan-manual ${template} ${GPUPLAN_DATE} > ${manual_folder}/${name}
		DEPENDS ${template} gpuplan-manual VERBATIM)
	add_custom_command(OUTPUT ${manual_folder}/${name}.gz
		COMMAND ${GZIP_PROGRAM} -9nc ${manual_folder}/${name} > ${manual_folder}/${name}.gz
		DEPENDS ${manual_folder}/${name} VERBATIM)
	set(made ${made} ${manual_folder}/${name}.gz PARENT_SCOPE)
endfunction()

foreach(name gpuplan.1 gpuplan-spec.5 gpuplan-qemu.8)
	gpuplan_fill(${name})
endforeach()

add_custom_command(OUTPUT ${manual_folder}/schema.json
	COMMAND gpuplan schema > ${manual_folder}/schema.json DEPENDS gpuplan VERBATIM)
add_custom_target(manual ALL DEPENDS ${made} ${manual_folder}/schema.json)
