/* The tables as bytes: table_NAME_csv up to table_NAME_csv_end, named in compiler/catalog/table.h. */

	.section .rodata

	.macro table name
	.global table_\name\()_csv
	.global table_\name\()_csv_end
	.hidden table_\name\()_csv
	.hidden table_\name\()_csv_end
table_\name\()_csv:
	.incbin "\name\().csv"
table_\name\()_csv_end:
	.byte 0
	.endm

	table architectures
	table board_uvm
	table boards
	table chip_architectures
	table figures
	table fm_partitions
	table geforce
	table multicast
	table p2p_nvlink_vgpu
	table p2p_remarks
	table releases
	table vgpu_mig_docs
	table vgpu_spellings
	table vgpu_timesliced_docs
	table vgpu_types_driver_union

	.section .note.GNU-stack, "", %progbits
