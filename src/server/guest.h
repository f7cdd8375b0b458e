// SPDX-License-Identifier: MIT
#pragma once

#include "transport/deadlines.h"

#include <QtCore/qbytearrayview.h>
#include <QtCore/qstringlist.h>

#include <functional>
#include <utility>

namespace QRepod {

//! What a client may send before the game admits it, and how long that may take. Used in the
//! server's working thread.
class Guest final : private Deadline
{
public:
    //! Calls \a expired after \a timeout milliseconds.
    Guest(Deadlines &deadlines, const QStringList &actions, int timeout,
          std::function<void()> expired)
        : Deadline(deadlines)
        , m_actions(actions)
        , m_expired(std::move(expired))
    {
        setDeadline(timeout);
    }
    virtual ~Guest() = default;

    bool maySend(QByteArrayView action) const
    {
        return m_actions.contains(QString::fromUtf8(action));
    }

private:
    void handleDeadline() override { m_expired(); }

    const QStringList m_actions;
    const std::function<void()> m_expired;
};

} // namespace QRepod
