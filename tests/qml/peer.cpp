// SPDX-License-Identifier: MIT
#include "peer.h"

#include <QRepod/Extension>

#include <QtCore/QDateTime>
#include <QtCore/QTimeZone>
#include <QtNetwork/QTcpServer>

#include <limits>

using QRepod::Channel;

namespace {

QStringList warnings;
QtMessageHandler oldHandler = nullptr;

void catchWarning(QtMsgType type, const QMessageLogContext &context, const QString &text)
{
    if (type == QtWarningMsg)
        warnings << text;
    else
        oldHandler(type, context, text);
}

} // namespace

class PeerChannel : public Channel
{
    Q_OBJECT

public:
    explicit PeerChannel(Peer *peer)
        : m_peer(peer)
    {
    }

    void network_received(const QVariantMap &message) override { m_peer->take(message); }

private:
    Peer *const m_peer;
};

Peer::Peer(QObject *parent)
    : QObject(parent)
{
    for (QRepod::Server *server : {&m_server, &m_second}) {
        server->setChannelFactory([this] { return new PeerChannel(this); });
        connect(server, &QRepod::Server::channelConnected, this, [this] {
            ++m_connections;
            Q_EMIT clientsChanged();
        });
        connect(server, &QRepod::Server::channelDisconnected, this, &Peer::clientsChanged);
    }
    m_server.listen(QStringLiteral("127.0.0.1"), 0);
}

Peer::~Peer() = default;

int Peer::freePort() const
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    return server.serverPort();
}

void Peer::setSessionTimeout(int milliseconds)
{
    m_server.setSessionTimeout(milliseconds);
}

int Peer::breakablePort()
{
    m_line = std::make_unique<QRepod::FaultProxy>(m_server.port());
    return m_line->port();
}

void Peer::interrupt(int milliseconds)
{
    m_line->interrupt(milliseconds);
}

int Peer::secondPort()
{
    m_second.listen(QStringLiteral("127.0.0.1"), 0);
    return m_second.port();
}

QVariant Peer::value(const QStringList &path) const
{
    QVariant value = m_messages.isEmpty() ? QVariant() : m_messages.last();
    for (const QString &key : path) {
        value = value.metaType().id() == QMetaType::QVariantList ? value.toList().value(key.toInt())
                                                                 : value.toMap().value(key);
    }
    return value;
}

QString Peer::kind(const QStringList &path) const
{
    return QString::fromLatin1(value(path).metaType().name());
}

QString Peer::hex(const QStringList &path) const
{
    return QString::fromLatin1(value(path).toByteArray().toHex());
}

QString Peer::action(int index) const
{
    return m_messages.value(index).value(QStringLiteral("action")).toString();
}

void Peer::sendKinds()
{
    send(QStringLiteral("kinds"),
         {{QStringLiteral("nil"), QVariant()},
          {QStringLiteral("yes"), true},
          {QStringLiteral("integer"), -7},
          {QStringLiteral("large"), qint64(1) << 40},
          {QStringLiteral("unsigned"), std::numeric_limits<quint64>::max()},
          {QStringLiteral("real"), 1.5},
          {QStringLiteral("whole"), 2.0},
          {QStringLiteral("text"), QStringLiteral("gr\u00fc\u00df")},
          {QStringLiteral("bytes"), QByteArray("a\0\xff", 3)},
          {QStringLiteral("time"),
           QDateTime::fromMSecsSinceEpoch(1'000'000'000'123, QTimeZone::utc())},
          {QStringLiteral("list"),
           QVariantList{1, QVariantList{2, 3}, QVariantMap{{QStringLiteral("x"), 4}}}},
          {QStringLiteral("map"),
           QVariantMap{{QStringLiteral("a"), QVariantMap{{QStringLiteral("b"), QByteArray("c")}}}}},
          {QStringLiteral("extension"), QVariant::fromValue(QRepod::Extension{5, "xyz"})}});
}

void Peer::sendBack()
{
    m_server.sendToAll(m_messages.last());
}

void Peer::send(const QString &action, const QVariantMap &fields)
{
    QVariantMap message = fields;
    message.insert(QStringLiteral("action"), action);
    m_server.sendToAll(message);
}

void Peer::closeClients()
{
    const QList<Channel *> channels = m_server.channels();
    for (Channel *channel : channels)
        channel->close();
}

void Peer::stop()
{
    m_server.close();
    Q_EMIT listeningChanged();
}

void Peer::clear()
{
    m_messages.clear();
}

void Peer::catchWarnings()
{
    warnings.clear();
    oldHandler = qInstallMessageHandler(catchWarning);
}

QStringList Peer::caughtWarnings()
{
    qInstallMessageHandler(oldHandler);
    return warnings;
}

void Peer::take(const QVariantMap &message)
{
    m_messages << message;
    Q_EMIT messageReceived();
}

#include "peer.moc"
