# shellcheck shell=bash disable=SC2034 # used by the script that sources this
# GPUs of host domains and their PCIe P2P cliques, for bash 4.2 or later.
# Written by gpuplan: change the spec and compile it again.
declare -gA GPU_CLIQUE_MAP
GPU_CLIQUE_MAP=(
	["ffff:01:00.0"]="15"
	["10000:01:00.0"]="15"
	["ffffffff:ff:1f.7"]="15"
)
