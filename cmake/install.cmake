# What `cmake --install` and the packages put where. Component `gpuplan` is for all; `plain` is what a
# Debian package has in a form of its own, which is component `debian`.
include(GNUInstallDirs)
set(share ${CMAKE_INSTALL_DATAROOTDIR})
set(completions compiler/cli/manual)

install(TARGETS gpuplan gpuplan-qemu COMPONENT gpuplan)
foreach(page gpuplan.1 gpuplan-spec.5 gpuplan-qemu.8)
	string(REGEX MATCH "[0-9]$" section ${page})
	install(FILES ${manual_folder}/${page}.gz COMPONENT gpuplan
		DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()
install(FILES ${completions}/gpuplan.bash RENAME gpuplan COMPONENT gpuplan
	DESTINATION ${share}/bash-completion/completions)
install(FILES ${completions}/gpuplan.fish COMPONENT gpuplan
	DESTINATION ${share}/fish/vendor_completions.d)
install(FILES ${manual_folder}/schema.json COMPONENT gpuplan DESTINATION ${share}/gpuplan)

# As in the repository, so that the pages' links hold.
install(FILES README.md CHANGELOG.md COMPONENT gpuplan DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs COMPONENT gpuplan DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY examples COMPONENT gpuplan DESTINATION ${CMAKE_INSTALL_DOCDIR}
	PATTERN run EXCLUDE) # builds a clone of the repository
install(DIRECTORY rules/tables COMPONENT gpuplan DESTINATION ${CMAKE_INSTALL_DOCDIR}/rules
	FILES_MATCHING PATTERN *.csv PATTERN *.md)

install(FILES LICENSE COMPONENT plain DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${completions}/gpuplan.zsh RENAME _gpuplan COMPONENT plain
	DESTINATION ${share}/zsh/site-functions)

# Debian's zsh does not look into /usr/share/zsh/site-functions.
install(FILES ${completions}/gpuplan.zsh RENAME _gpuplan COMPONENT debian EXCLUDE_FROM_ALL
	DESTINATION ${share}/zsh/vendor-completions)
install(FILES cmake/debian/copyright ${CMAKE_BINARY_DIR}/debian/changelog.gz
	COMPONENT debian EXCLUDE_FROM_ALL DESTINATION ${CMAKE_INSTALL_DOCDIR})
