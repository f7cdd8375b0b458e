// SPDX-License-Identifier: MIT
#pragma once

#include "support/eventually.h"
#include "support/rawclient.h"

#include <QtNetwork/QTcpServer>

#include <sys/ioctl.h>
#include <sys/socket.h>

//! A client with the other end of its line, a descriptor for the connection under test.
class Peer : public RawClient
{
public:
    //! \a bufferSize, if given, limits the bytes that the system holds between both ends.
    explicit Peer(qsizetype bufferSize = 0)
        : Peer(Acceptor(bufferSize), bufferSize)
    {
    }

    int accepted() const { return m_accepted; }

    //! Whether the connection has read everything that was written.
    bool isEverythingRead() const
    {
        int unread = 0;
        if (::ioctl(m_accepted, FIONREAD, &unread) < 0)
            qFatal("a socket of the test failed: %s", strerror(errno));
        return unread == 0;
    }

private:
    //! Accepts a client and leaves the descriptor as the system returns it.
    class Acceptor : public QTcpServer
    {
    public:
        explicit Acceptor(qsizetype bufferSize)
        {
            if (!listen(QHostAddress::LocalHost))
                qFatal("the test cannot listen: %s", qPrintable(errorString()));
            const int size = int(bufferSize);
            for (const int option : {SO_SNDBUF, SO_RCVBUF}) {
                if (size > 0)
                    ::setsockopt(int(socketDescriptor()), SOL_SOCKET, option, &size, sizeof size);
            }
        }

        int accept()
        {
            waitForNewConnection(patience);
            return m_accepted;
        }

    protected:
        void incomingConnection(qintptr descriptor) override { m_accepted = int(descriptor); }

    private:
        int m_accepted = -1;
    };

    Peer(Acceptor &&acceptor, qsizetype bufferSize)
        : RawClient(acceptor.serverPort(), bufferSize)
        , m_accepted(acceptor.accept())
    {
    }

    const int m_accepted;
};
