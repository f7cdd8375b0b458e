// SPDX-License-Identifier: MIT
#pragma once

#include "transport/addressrace.h"
#include "transport/settings.h"
#include "transport/stream.h"

#if QT_CONFIG(ssl)
#    include <QtNetwork/qssl.h>
#endif

QT_BEGIN_NAMESPACE
class QAbstractSocket;
class QNetworkProxy;
class QSslSocket;
QT_END_NAMESPACE

namespace QRepod {

//! Returns the proxy that the application has set. The system's is not looked up, since that can
//! block for seconds.
QNetworkProxy applicationProxy();

//! A stream over Qt's sockets: for TLS, for proxies, and for accepted clients without POSIX
//! descriptors.
class QtStream : public Stream, private AddressRace::User
{
public:
    //! A stream to a server. Host and port may be invalid; then opening fails.
    QtStream(const QString &host, quint16 port, const ConnectionSettings &settings);

    //! A stream from a client. \a descriptor is connected; the stream owns it from now on.
    QtStream(qintptr descriptor, const QString &peer, const ConnectionSettings &settings);

    ~QtStream() override;

    QString peer() const final { return m_peer; }
    void open(Owner &owner, Poller &poller) override;
    void setReading(bool isReading) override;
    qint64 readableBytes() const override;
    qint64 read(char *data, qint64 size) override;
    qint64 write(const char *data, qint64 size) override;
    bool isStillWritable() const override { return mayWrite(); }
    void waitForWritable(int milliseconds) override;
    qint64 unwrittenBytes() const override;
    void closeWriting() override;
    void abort() override;
#if QT_CONFIG(ssl)
    std::optional<QSslCertificate> peerCertificate() const override;
#endif
    void enableKeepAlive(int seconds) override;
    qint64 roundTripTime() const override;
    qint64 unacknowledgedFor() const override;

protected:
    void fail(const QString &reason);

    qintptr descriptor() const;
    Poller *poller() const
    {
        return m_poller;
    }
    Owner *owner() const
    {
        return m_owner;
    }

    //! Whether the peer may still read what is written.
    bool mayWrite() const
    {
        return m_owner && (!m_hasEnded || m_isHalfOpen);
    }

    int m_writeError = 0; // the system's number for why nothing can be written

private:
    // AddressRace::User
    QAbstractSocket *makeSocket() override;
    void connectSocket(QAbstractSocket *socket, const QString &address) override;
    void raceWon(QAbstractSocket *socket) override;
    void raceLost(const QString &reason) override;

    void setSocket(QAbstractSocket *socket);
    void connectToHost();
    void adopt();
    void handleOpen();
    void handleWritable();
    void handleError(bool hasPeerClosed);
    void failHandshake(bool hasPeerClosed);
    void failLater(const QString &reason);
#if QT_CONFIG(ssl)
    void watchCertificates(QSslSocket *socket);
    void noteAlert(QSsl::AlertType type, const QString &description);
#endif
    void endReading();
    void endOnceRead(const QString &failure);
    void end();
    void announce();
    void announceLater();

    const QString m_host;
    const quint16 m_port = 0;
    qintptr m_accepted = -1; // until open() takes it
    const QString m_peer;
    const ConnectionSettings m_settings;
    std::unique_ptr<AddressRace> m_race; // to a server, unless a proxy looks up its name
    QAbstractSocket *m_socket = nullptr; // child of the poller, so that it moves to its thread
    Owner *m_owner = nullptr;            // until its last call
    Poller *m_poller = nullptr;
    QString m_failure;          // why it ended, if known
    QString m_certificateFault; // why either end rejected a certificate
    bool m_isOpen = false;
    bool m_isReading = true;
    bool m_hasEnded = false;   // the socket's remaining bytes can still be read
    bool m_isHalfOpen = false; // it has ended, but the peer has closed only its own direction
    bool m_isEndTold = false;
    bool m_holdsBytes = false;  // the socket buffers bytes, which it reports only once
    bool m_isAnnounced = false; // by announceLater()
};

} // namespace QRepod
