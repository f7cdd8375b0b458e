// SPDX-License-Identifier: MIT
// How a QtStream opens: to a server, or with an accepted client; with TLS or without.

#include "protocol/builtin.h"
#include "transport/address.h"
#include "transport/nativesocket.h"
#include "transport/poller.h"
#include "transport/qtstream.h"

#include <QtNetwork/qnetworkproxy.h>
#include <QtNetwork/qtcpsocket.h>
#if QT_CONFIG(ssl)
#    include <QtNetwork/qsslsocket.h>
#endif

#include <utility>

namespace QRepod {

namespace {

#if QT_CONFIG(ssl)
//! Makes Qt send an alert to a client whose certificate is rejected or missing. Otherwise Qt only
//! closes, and the client, whose handshake may already be over, would not know why.
QSslConfiguration withCertificateAlerts(QSslConfiguration configuration)
{
    if (configuration.peerVerifyMode() == QSslSocket::VerifyPeer) {
        configuration.setMissingCertificateIsFatal(true);
        configuration.setHandshakeMustInterruptOnError(true);
    }
    return configuration;
}

//! Whether an alert says that the peer rejects or misses a certificate.
bool isAboutCertificate(QSsl::AlertType alert)
{
    switch (alert) {
    case QSsl::AlertType::NoCertificate:
    case QSsl::AlertType::BadCertificate:
    case QSsl::AlertType::UnsupportedCertificate:
    case QSsl::AlertType::CertificateRevoked:
    case QSsl::AlertType::CertificateExpired:
    case QSsl::AlertType::CertificateUnknown:
    case QSsl::AlertType::UnknownCa:
    case QSsl::AlertType::CertificateRequired:
        return true;
    default:
        return false;
    }
}
#endif

} // namespace

void QtStream::open(Owner &owner, Poller &poller)
{
    m_owner = &owner;
    m_poller = &poller;
    if (m_accepted != -1)
        adopt();
    else
        connectToHost();
}

void QtStream::connectToHost()
{
    if (m_host.isEmpty() || m_port == 0)
        return fail(QStringLiteral("invalid address"));
    const QString host = withoutBrackets(m_host);
    if (applicationProxy().type() == QNetworkProxy::NoProxy) {
        AddressRace::User &user = *this; // privately
        m_race = std::make_unique<AddressRace>(user);
        return m_race->start(host);
    }
    setSocket(makeSocket());
    if (!m_settings.isEncrypted())
        QObject::connect(m_socket, &QAbstractSocket::connected, m_socket, [this] { handleOpen(); });
    connectSocket(m_socket, host);
}

QAbstractSocket *QtStream::makeSocket()
{
    QAbstractSocket *socket = nullptr;
#if QT_CONFIG(ssl)
    if (m_settings.tls) {
        auto *encrypted = new QSslSocket(m_poller);
        encrypted->setSslConfiguration(*m_settings.tls);
        socket = encrypted;
    }
#endif
    if (!socket)
        socket = new QTcpSocket(m_poller);
    socket->setProxy(applicationProxy());
    return socket;
}

void QtStream::connectSocket(QAbstractSocket *socket, const QString &address)
{
#if QT_CONFIG(ssl)
    if (auto *encrypted = qobject_cast<QSslSocket *>(socket)) {
        const QString &name = m_settings.peerVerifyName;
        encrypted->connectToHostEncrypted(address, m_port,
                                          name.isEmpty() ? withoutBrackets(m_host) : name);
        return;
    }
#endif
    // Unbuffered: bytes go straight from the system to where the frames will be, and back.
    socket->connectToHost(address, m_port, QIODevice::ReadWrite | QIODevice::Unbuffered);
}

//! With TLS the handshake follows.
void QtStream::raceWon(QAbstractSocket *socket)
{
    setSocket(socket);
    if (!m_settings.isEncrypted())
        handleOpen();
}

void QtStream::raceLost(const QString &reason)
{
    fail((m_settings.isEncrypted() ? QLatin1String("TLS: ") : QLatin1String()) + reason);
}

void QtStream::adopt()
{
    const qintptr descriptor = std::exchange(m_accepted, -1);
    const auto takeOver = [&](QIODevice::OpenMode mode) {
        m_socket->setProxy(QNetworkProxy::NoProxy);
        return m_socket->setSocketDescriptor(descriptor, QAbstractSocket::ConnectedState, mode);
    };
#if QT_CONFIG(ssl)
    if (m_settings.tls) {
        auto *socket = new QSslSocket(m_poller);
        socket->setSslConfiguration(withCertificateAlerts(*m_settings.tls));
        setSocket(socket);
        if (!takeOver(QIODevice::ReadWrite))
            return fail(m_socket->errorString());
        socket->startServerEncryption();
        return;
    }
#endif
    // A QTcpSocket cannot take over a descriptor in unbuffered mode; its base class can.
    setSocket(new QAbstractSocket(QAbstractSocket::TcpSocket, m_poller));
    if (!takeOver(QIODevice::ReadWrite | QIODevice::Unbuffered))
        return fail(m_socket->errorString());
    handleOpen();
}

void QtStream::setSocket(QAbstractSocket *socket)
{
    m_socket = socket;
    const auto writable = [this] { handleWritable(); };
    QObject::connect(socket, &QAbstractSocket::readyRead, socket, [this] { announce(); });
#if QT_CONFIG(ssl)
    // A QSslSocket's `bytesWritten` only says that bytes were encrypted, and is emitted where
    // abort() would crash Qt.
    if (auto *encrypted = qobject_cast<QSslSocket *>(socket)) {
        encrypted->setReadBufferSize(m_settings.readSize);
        watchCertificates(encrypted);
        QObject::connect(encrypted, &QSslSocket::encrypted, socket, [this] { handleOpen(); });
        QObject::connect(encrypted, &QSslSocket::encryptedBytesWritten, socket, writable);
    } else
#endif
        QObject::connect(socket, &QAbstractSocket::bytesWritten, socket, writable);
    QObject::connect(socket, &QAbstractSocket::errorOccurred, socket,
                     [this](QAbstractSocket::SocketError error) {
                         handleError(error == QAbstractSocket::RemoteHostClosedError);
                     });
    QObject::connect(socket, &QAbstractSocket::disconnected, socket, [this] {
        m_isHalfOpen = false;
        if (m_isOpen)
            endOnceRead({});
    });
}

#if QT_CONFIG(ssl)
//! Qt's own texts do not say that a certificate is at fault, nor whose.
void QtStream::watchCertificates(QSslSocket *socket)
{
    QObject::connect(
        socket, &QSslSocket::handshakeInterruptedOnError, socket, [this](const QSslError &error) {
            m_certificateFault = QLatin1String("the peer's certificate: ") + error.errorString();
        });
    QObject::connect(socket, &QSslSocket::alertReceived, socket,
                     [this](QSsl::AlertLevel, QSsl::AlertType type, const QString &description) {
                         noteAlert(type, description);
                     });
}

void QtStream::noteAlert(QSsl::AlertType type, const QString &description)
{
    // With TLS 1.2 this alert is all that says that a certificate is missing.
    const bool hasShown = !m_settings.tls->localCertificate().isNull();
    const bool mayBeMissing = type == QSsl::AlertType::HandshakeFailure && !m_host.isEmpty();
    if (!hasShown && (mayBeMissing || isAboutCertificate(type)))
        m_certificateFault = QStringLiteral("the peer requires a certificate, and none was sent");
    else if (isAboutCertificate(type))
        m_certificateFault =
            QLatin1String("the peer rejected this end's certificate: ") + description;
}
#endif

//! Tells a client that does not speak TLS so in the plain protocol, since Qt would only close.
void QtStream::failHandshake(bool hasPeerClosed)
{
    const QString error = m_socket->errorString();
    const bool isPlain = error.contains(QLatin1String("wrong version number")); // OpenSSL's words
    const bool isServer = m_host.isEmpty();
    if (isPlain && isServer) {
        const QByteArray frame = BuiltIn::error(QStringLiteral("this server speaks TLS")).bytes();
        NativeSocket::send(descriptor(), frame.constData(), frame.size());
    }
    const QLatin1String hint(isPlain || hasPeerClosed ? "; does the peer speak TLS?" : "");
    const QString reason = m_certificateFault.isEmpty() ? error + hint : m_certificateFault;
    isPlain ? fail(QLatin1String("TLS: ") + reason) : failLater(QLatin1String("TLS: ") + reason);
}

//! Fails after Qt has told the peer why, which Qt does only after it has told us.
void QtStream::failLater(const QString &reason)
{
    QMetaObject::invokeMethod(
        m_socket, [this, reason] { fail(reason); }, Qt::QueuedConnection);
}

QNetworkProxy applicationProxy()
{
    // While the application uses the system's proxies, asking for its proxy would ask the system.
    if (QNetworkProxyFactory::usesSystemConfiguration())
        return QNetworkProxy::NoProxy;
    const QNetworkProxy proxy = QNetworkProxy::applicationProxy();
    return proxy.type() == QNetworkProxy::DefaultProxy ? QNetworkProxy(QNetworkProxy::NoProxy)
                                                       : proxy;
}

} // namespace QRepod
