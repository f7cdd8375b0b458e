// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/statetick.h>

namespace QRepod {

//! Makes a tick the thread's current one while it exists.
class StateTick::Scope
{
public:
    explicit Scope(const StateTick &tick);
    ~Scope();
    Q_DISABLE_COPY_MOVE(Scope)

private:
    const StateTick *const m_before;
};

} // namespace QRepod
