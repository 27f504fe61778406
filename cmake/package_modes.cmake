# Read by cpack when all files of a package are in their place: folders came there with the umask.
execute_process(COMMAND chmod -R u=rwX,go=rX ${CPACK_TEMPORARY_DIRECTORY}
	COMMAND_ERROR_IS_FATAL ANY)
