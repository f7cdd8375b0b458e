// SPDX-License-Identifier: MIT
#pragma once

#include "websocket/messagereader.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

namespace QRepod {

//! The HTTP before a WebSocket, at either end. It knows no socket: it is given what has come and
//! says what to write.
class Handshake
{
public:
    enum class State {
        Waiting, ///< for the rest of the peer's head
        Done,    ///< the WebSocket begins behind it
        Failed,
    };

    virtual ~Handshake() = default;

    virtual Role role() const = 0;

    //! What to write as soon as the stream stands.
    virtual QByteArray greeting() { return {}; }

    //! \a bytes are all that has come. Once it is Done, those of the head are removed.
    virtual State read(QByteArray &bytes) = 0;

    //! What to write once it is Done or Failed.
    QByteArray answer() const { return m_answer; }

    //! Why it has failed.
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

//! What the server answers to a client's key (RFC 6455, section 4.2.2).
QByteArray acceptOf(QByteArrayView key);

} // namespace QRepod
