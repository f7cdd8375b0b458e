// SPDX-License-Identifier: MIT
#pragma once

#include "transport/stream.h"

#include <QtCore/qstring.h>

#include <utility>

namespace QRepod {

//! How a stream of messages ends, and why. Its owner is told when everything before has been read.
class StreamEnd
{
public:
    enum class Kind {
        None,
        Closed, ///< by the peer, in order
        Failed,
        Faulted, ///< by a peer that breaks the protocol, or says that this end does
    };

    bool isKnown() const { return m_kind != Kind::None; }

    //! The first that ends it counts. \return whether it is this one.
    bool set(Kind kind, const QString &reason)
    {
        if (isKnown())
            return false;
        m_kind = kind;
        m_reason = reason;
        return true;
    }

    //! Tells \a owner, once: it is none any more then.
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
