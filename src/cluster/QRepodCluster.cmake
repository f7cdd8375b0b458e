# SPDX-License-Identifier: MIT
# The component Cluster defines QRepod::Cluster. It needs no more than the library itself.
include(${CMAKE_CURRENT_LIST_DIR}/QRepodClusterTargets.cmake)
set(QRepod_Cluster_FOUND TRUE)
