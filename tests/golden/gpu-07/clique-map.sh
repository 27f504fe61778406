# shellcheck shell=bash disable=SC2034 # used by the script that sources this
# GPUs of host gpu-07 and their PCIe P2P cliques, for bash 4.2 or later.
# Written by gpuplan: change the spec and compile it again.
declare -gA GPU_CLIQUE_MAP
GPU_CLIQUE_MAP=(
	["0000:05:00.0"]="0"
	["0000:06:00.0"]="0"
	["0000:76:00.0"]="0"
	["0000:77:00.0"]="0"
	["0000:85:00.0"]="0"
	["0000:86:00.0"]="0"
	["0000:f4:00.0"]="0"
	["0000:f5:00.0"]="0"
)
