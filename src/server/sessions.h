// SPDX-License-Identifier: MIT
#pragma once

#include "session/token.h"

#include <QtCore/qhash.h>

namespace QRepod {

class Channel;

//! The channels of a server by the tokens that lead to them. Works in the server's working thread.
///
/// It knows the tokens' digests alone.
class Sessions
{
public:
    Channel *find(const QString &token) const { return m_channels.value(Token::digest(token)); }

    //! \a token leads to \a channel from now on.
    void add(const QString &token, Channel *channel)
    {
        m_channels.insert(Token::digest(token), channel);
    }

    //! \a token leads nowhere any more.
    void remove(const QString &token)
    {
        if (!token.isEmpty())
            m_channels.remove(Token::digest(token));
    }

private:
    QHash<QByteArray, Channel *> m_channels;
};

} // namespace QRepod
