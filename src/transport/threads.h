// SPDX-License-Identifier: MIT
#pragma once

namespace QRepod {

//! Whether the library starts threads: CMake's QREPOD_THREADS, which is off where Qt has none. A
//! program built without threads uses the library in one thread.
#ifdef QREPOD_NO_THREADS
inline constexpr bool hasThreads = false;
#else
inline constexpr bool hasThreads = true;
#endif

} // namespace QRepod
