// SPDX-License-Identifier: MIT
#include "client/statetickscope.h"

#include <utility>

namespace QRepod {

namespace {

thread_local const StateTick *currentTick = nullptr;

} // namespace

const StateTick *StateTick::current()
{
    return currentTick;
}

StateTick::Scope::Scope(const StateTick &tick)
    : m_before(std::exchange(currentTick, &tick))
{
}

StateTick::Scope::~Scope()
{
    currentTick = m_before;
}

} // namespace QRepod
