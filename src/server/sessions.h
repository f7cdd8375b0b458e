// SPDX-License-Identifier: MIT
#pragma once

#include "session/token.h"

#include <QtCore/qhash.h>

namespace QRepod {

class Channel;

//! A server's channels by the tokens that lead to them. Used in the server's working thread.
///
/// It keeps only the tokens' digests.
class Sessions
{
public:
    Channel *find(const QString &token) const { return m_channels.value(Token::digest(token)); }

    //! \a token leads to \a channel from now on.
    void add(const QString &token, Channel *channel)
    {
        m_channels.insert(Token::digest(token), channel);
    }

    //! \a token leads nowhere from now on.
    void remove(const QString &token)
    {
        if (!token.isEmpty())
            m_channels.remove(Token::digest(token));
    }

private:
    QHash<QByteArray, Channel *> m_channels;
};

} // namespace QRepod
