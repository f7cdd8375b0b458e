// SPDX-License-Identifier: MIT
#include "websocket/clienthandshake.h"

#include "transport/address.h"
#include "websocket/httphead.h"

#include <QtCore/qrandom.h>

#include <array>

namespace QRepod {

namespace {

QByteArray randomKey()
{
    std::array<quint32, 4> words;
    QRandomGenerator::system()->generate(words.begin(), words.end());
    return QByteArray(reinterpret_cast<const char *>(words.data()), sizeof words).toBase64();
}

//! What the server says of the request besides a number, for an error.
QString summary(QByteArrayView startLine)
{
    return QString::fromLatin1(startLine.toByteArray()).section(u' ', 1).left(100);
}

} // namespace

ClientHandshake::ClientHandshake(const QUrl &url)
    : m_url(url)
    , m_key(randomKey())
{
}

ClientHandshake::~ClientHandshake() = default;

QByteArray ClientHandshake::greeting()
{
    QByteArray target = m_url.path(QUrl::FullyEncoded).toLatin1();
    if (!target.startsWith('/'))
        target.prepend('/');
    if (m_url.hasQuery())
        target += '?' + m_url.query(QUrl::FullyEncoded).toLatin1();
    QString host = m_url.host(QUrl::FullyEncoded);
    if (m_url.port() != -1 || host.contains(u':'))
        host = hostAndPort(host, m_url.port(m_url.scheme() == QLatin1String("wss") ? 443 : 80));
    QByteArray request = "GET " + target + " HTTP/1.1\r\nHost: " + host.toLatin1()
        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + m_key
        + "\r\nSec-WebSocket-Version: 13\r\n";
    if (!m_url.userInfo().isEmpty())
        request += "Authorization: Basic "
            + (m_url.userName(QUrl::FullyDecoded) + QLatin1Char(':')
               + m_url.password(QUrl::FullyDecoded))
                  .toUtf8()
                  .toBase64()
            + "\r\n";
    return request + "\r\n";
}

//! By RFC 6455, section 4.1.
Handshake::State ClientHandshake::read(QByteArray &bytes)
{
    constexpr QByteArrayView http = "HTTP/1.1 ";
    const qsizetype known = std::min(bytes.size(), http.size());
    if (QByteArrayView(bytes).first(known) != http.first(known))
        return fail(
            QStringLiteral("the server does not answer in HTTP/1.1; is it a server for repod's "
                           "clients?"));
    const qsizetype size = HttpHead::size(bytes);
    if (size == 0 && bytes.size() < HttpHead::largest)
        return State::Waiting;
    if (size == 0 || size > HttpHead::largest)
        return fail(QStringLiteral("the head of the answer is over the limit of %1 bytes")
                        .arg(HttpHead::largest));
    const HttpHead head(QByteArrayView(bytes).first(size));
    if (!head.error().isEmpty())
        return fail(QLatin1String("the server's answer has ") + head.error());
    if (!head.startLine().startsWith("HTTP/1.1 101"))
        return fail(QLatin1String("the server answered ") + summary(head.startLine()));
    if (!head.hasToken("Upgrade", "websocket") || !head.hasToken("Connection", "upgrade"))
        return fail(QStringLiteral("the server's answer does not upgrade to WebSocket"));
    if (head.count("Sec-WebSocket-Accept") != 1
        || head.value("Sec-WebSocket-Accept") != acceptOf(m_key))
        return fail(QStringLiteral("the server's Sec-WebSocket-Accept is wrong"));
    if (head.count("Sec-WebSocket-Extensions") > 0 || head.count("Sec-WebSocket-Protocol") > 0)
        return fail(QStringLiteral(
            "the server selected an extension or subprotocol that was not requested"));
    bytes.remove(0, size);
    return State::Done;
}

} // namespace QRepod
