/* The fixed parts of host-setup.sh as bytes: host_setup_NAME, ended by a NUL. */

	.section .rodata

	.macro part name
	.global host_setup_\name
	.hidden host_setup_\name
host_setup_\name:
	.incbin "backends/host_setup/\name\().sh"
	.byte 0
	.endm

	part common
	part functions
	part vfio
	part mdev
	part bound
	part firmware
	part fabric
	part main

	.section .note.GNU-stack, "", %progbits
