// SPDX-License-Identifier: MIT
#pragma once

#include "websocket/messagereader.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

namespace QRepod {

//! One end of the HTTP exchange before a WebSocket. It has no socket: it is given the bytes that
//! have come, and says what to write.
class Handshake
{
public:
    enum class State {
        Waiting, ///< waiting for the rest of the peer's head
        Done,    ///< the WebSocket begins after the head
        Failed,
    };

    virtual ~Handshake() = default;

    virtual Role role() const = 0;

    //! What to write as soon as the stream is open.
    virtual QByteArray greeting() { return {}; }

    //! Reads \a bytes, which are all that have come, and removes the head from them once Done.
    virtual State read(QByteArray &bytes) = 0;

    //! What to write after Done or Failed.
    QByteArray answer() const { return m_answer; }

    //! Why the handshake has failed.
    QString error() const { return m_error; }

    //! Whether the client has asked for JSON.
    bool isJson() const { return m_isJson; }

protected:
    State fail(const QString &error, const QByteArray &answer = {})
    {
        m_error = error;
        m_answer = answer;
        return State::Failed;
    }

    QByteArray m_answer;
    QString m_error;
    bool m_isJson = false;
};

//! Returns the server's answer to a client's \a key (RFC 6455, section 4.2.2).
QByteArray acceptOf(QByteArrayView key);

} // namespace QRepod
