// SPDX-License-Identifier: MIT
#pragma once

#include "transport/stream.h"

#include <QtCore/qstring.h>

#include <utility>

namespace QRepod {

//! How a stream of messages ends, and why. The owner is told once everything before has been read.
class StreamEnd
{
public:
    enum class Kind {
        None,
        Closed, ///< by the peer, gracefully
        Failed,
        Faulted, ///< the peer broke the protocol, or says that this end did
    };

    bool isKnown() const { return m_kind != Kind::None; }

    //! Sets the end; only the first one counts. Returns whether this was the first.
    bool set(Kind kind, const QString &reason)
    {
        if (isKnown())
            return false;
        m_kind = kind;
        m_reason = reason;
        return true;
    }

    //! Tells \a owner of the end, and sets \a owner to null, so that it is told only once.
    void tell(Stream::Owner *&owner) const
    {
        Stream::Owner *const told = std::exchange(owner, nullptr);
        if (!told)
            return;
        if (m_kind == Kind::Failed)
            told->streamFailed(m_reason);
        else if (m_kind == Kind::Faulted)
            told->streamFaulted(m_reason);
        else
            told->streamEnded();
    }

private:
    Kind m_kind = Kind::None;
    QString m_reason;
};

} // namespace QRepod
