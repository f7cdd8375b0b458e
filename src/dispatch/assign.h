// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

namespace QRepod {

//! What a conversion ends with: the \a object is the \a target's, a T. True.
template <class T>
bool assign(void *target, T object)
{
    *static_cast<T *>(target) = std::move(object);
    return true;
}

} // namespace QRepod
