# Read by cpack once for each kind of package.
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
	set(ENV{SOURCE_DATE_EPOCH} ${CPACK_GPUPLAN_EPOCH})
endif()

if(CPACK_GENERATOR STREQUAL DEB)
	find_program(SHLIBDEPS dpkg-shlibdeps)
	if(NOT SHLIBDEPS)
		message(FATAL_ERROR "dpkg-shlibdeps is missing: install dpkg-dev, or make only the .tar.gz: cpack -G TGZ")
	endif()
	list(GET CPACK_INSTALL_CMAKE_PROJECTS 0 build)
	set(CPACK_INSTALL_CMAKE_PROJECTS "${build};gpuplan;gpuplan;/;${build};gpuplan;debian;/")
endif()
