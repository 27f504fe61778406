# shellcheck shell=bash disable=SC2034 # used by the script that sources this
# GPUs of host r1-n1 and their PCIe P2P cliques, for bash 4.2 or later.
# Written by gpuplan: change the spec and compile it again.
declare -gA GPU_CLIQUE_MAP
GPU_CLIQUE_MAP=(
	["0000:17:00.0"]="0"
	["0000:31:00.0"]="0"
	["0000:98:00.0"]="0"
	["0000:b1:00.0"]="0"
)
