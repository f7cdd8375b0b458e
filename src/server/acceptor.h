// SPDX-License-Identifier: MIT
#pragma once

#include <QtNetwork/qtcpserver.h>

#include <functional>

namespace QRepod {

//! Listens, and hands over the descriptors of the clients that connect. Lives in the server's
//! thread.
class Acceptor : public QTcpServer
{
    Q_OBJECT

public:
    explicit Acceptor(std::function<void(qintptr)> accept);

protected:
    void incomingConnection(qintptr descriptor) override { m_accept(descriptor); }

private:
    void retryLater();

    const std::function<void(qintptr)> m_accept;
};

} // namespace QRepod
