// SPDX-License-Identifier: MIT
#pragma once

#include "websocket/opcode.h"

#include <QtCore/qbytearrayview.h>
#include <QtCore/qstring.h>
#include <QtCore/qurl.h>

namespace QRepod {

//! A WebSocket of the browser: whole messages, and only as much of the protocol as a page sees.
///
/// Used in one thread, whose event loop is that of the browser.
class BrowserSocket
{
public:
    //! Is told what happens, from the event loop. It must not destroy the socket in these calls.
    class Owner
    {
    public:
        virtual void socketOpened() = 0;
        virtual void socketReceived(QByteArrayView message, bool isText) = 0;

        //! The last call. If the browser gives no code, or the socket could not be opened, \a code
        //! is Broken.
        virtual void socketClosed(CloseCode code, const QString &reason) = 0;

    protected:
        ~Owner() = default;
    };

    //! Closes the socket. The owner is told nothing more.
    virtual ~BrowserSocket() = default;

    //! Starts to connect; call it once. \return false if the browser refuses at once.
    virtual bool open(const QUrl &url, Owner &owner) = 0;

    //! Sends \a message as a binary message. The browser takes any amount.
    virtual void send(QByteArrayView message) = 0;

    //! How many bytes the browser has not passed to the network yet.
    virtual qint64 bufferedBytes() const = 0;

    //! Closes after everything sent so far. A page may use Normal, and codes from 3000 on.
    virtual void close(CloseCode code, const QString &reason) = 0;
};

} // namespace QRepod
