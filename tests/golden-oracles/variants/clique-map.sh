# shellcheck shell=bash disable=SC2034 # used by the script that sources this
# GPUs of host variants and their PCIe P2P cliques, for bash 4.2 or later.
# Written by gpuplan: change the spec and compile it again.
declare -gA GPU_CLIQUE_MAP
GPU_CLIQUE_MAP=(
	["0000:01:00.0"]="7"
	["0000:02:00.0"]="7"
	["0000:03:00.0"]="0"
	["0000:04:00.0"]="0"
)
