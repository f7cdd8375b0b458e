// SPDX-License-Identifier: MIT

//! Nothing of its own: what is compiled once for all tests are the headers that CMake adds.
