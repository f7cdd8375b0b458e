// SPDX-License-Identifier: MIT
#pragma once

#include "transport/poller.h"
#include "transport/qtstream.h"

namespace QRepod {

//! A client's plain connection: a QTcpSocket, beside which writing goes to the system directly.
///
/// When Qt's own write meets a peer that has gone, it closes the socket, and with it go the
/// messages that have arrived and were not read yet. Writing by descriptor also lets other threads
/// write.
class TcpStream final : public QtStream, private Poller::Watcher
{
public:
    using QtStream::QtStream;
    ~TcpStream() override;

    qint64 write(const char *data, qint64 size) override;
    void waitForWritable(int milliseconds) override;
    qint64 unwrittenBytes() const override { return 0; }
    void abort() override;
    std::unique_ptr<DirectWriter> directWriter() override;

private:
    void handleReadable() override { }
    void handleWritable() override;
    void unwatch();

    int m_watched = -1; // the descriptor, while the system is full
};

} // namespace QRepod
