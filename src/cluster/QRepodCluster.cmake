# SPDX-License-Identifier: MIT
# The component Cluster defines QRepod::Cluster. It needs only the library itself.
if(NOT TARGET QRepod::Cluster)
    include(${CMAKE_CURRENT_LIST_DIR}/QRepodClusterTargets.cmake)
endif()
set(QRepod_Cluster_FOUND TRUE)
