// SPDX-License-Identifier: MIT
#pragma once

namespace QRepod {

//! Whether the library starts threads: QREPOD_THREADS of CMake, which is off where Qt has none. A
//! program that is built without them uses the library in one thread.
#ifdef QREPOD_NO_THREADS
inline constexpr bool hasThreads = false;
#else
inline constexpr bool hasThreads = true;
#endif

} // namespace QRepod
