// SPDX-License-Identifier: MIT
#pragma once

#include "websocket/opcode.h"

#include <QtCore/qbytearrayview.h>
#include <QtCore/qstring.h>
#include <QtCore/qurl.h>

namespace QRepod {

//! A WebSocket of the browser: whole messages, and of the protocol no more than a page is told.
///
/// Used in one thread, whose event loop is the browser's.
class BrowserSocket
{
public:
    //! Is told what happens, by the event loop. It does not destroy the socket in these.
    class Owner
    {
    public:
        virtual void socketOpened() = 0;
        virtual void socketReceived(QByteArrayView message, bool isText) = 0;

        //! Nothing is told after this. If the browser does not say why, or it could not be opened,
        //! \a code is Broken.
        virtual void socketClosed(CloseCode code, const QString &reason) = 0;

    protected:
        ~Owner() = default;
    };

    //! Closes it, and tells nothing more.
    virtual ~BrowserSocket() = default;

    //! Begins to connect, once. \return false if the browser refuses that at once.
    virtual bool open(const QUrl &url, Owner &owner) = 0;

    //! Sends \a message as a binary one. The browser takes any amount.
    virtual void send(QByteArrayView message) = 0;

    //! How much the browser has not given to the network yet, in bytes.
    virtual qint64 bufferedBytes() const = 0;

    //! Closes behind what was sent. A page may say Normal, and codes from 3000 on.
    virtual void close(CloseCode code, const QString &reason) = 0;
};

} // namespace QRepod
