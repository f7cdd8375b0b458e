// SPDX-License-Identifier: MIT
#pragma once

#include "transport/poller.h"
#include "transport/stream.h"

namespace QRepod {

//! An accepted client of a server, by its bare descriptor: POSIX.
///
/// A server may have ten thousand of them; a QAbstractSocket takes several times the memory, and
/// two notifiers.
class NativeStream final : public Stream, private Poller::Watcher
{
public:
    //! \a descriptor is connected; the stream owns it from now on.
    NativeStream(qintptr descriptor, const QString &peer);
    ~NativeStream() override;

    QString peer() const override { return m_peer; }
    void open(Owner &owner, Poller &poller) override;
    void setReading(bool isReading) override;
    qint64 readableBytes() const override;
    qint64 read(char *data, qint64 size) override;
    qint64 write(const char *data, qint64 size) override;
    bool isStillWritable() const override { return m_owner; }
    void waitForWritable(int milliseconds) override;
    qint64 unwrittenBytes() const override { return 0; }
    void closeWriting() override;
    void abort() override;
    std::unique_ptr<DirectWriter> directWriter() override;
    void enableKeepAlive(int seconds) override;
    qint64 roundTripTime() const override;
    qint64 unacknowledgedFor() const override;

private:
    void handleReadable() override { m_owner->streamReadable(); }
    void handleWritable() override;
    bool watch(Poller::Interest interest);
    void unwatch();
    Owner *takeOwner();
    void end(int error);

    const QString m_peer;
    qintptr m_descriptor;     // -1 once it is closed
    Owner *m_owner = nullptr; // from open() until its last call
    Poller *m_poller = nullptr;
    Poller::Interest m_interest; // what is watched for
    int m_writeError = 0;        // the system's number for why nothing can be written
    bool m_hasEnded = false;     // the peer has closed its direction, and the owner knows
};

} // namespace QRepod
