// SPDX-License-Identifier: MIT
#include "websocket/serverhandshake.h"

#include "transport/address.h"
#include "websocket/origin.h"

#include <QRepod/Protocol>

#include <QtCore/qcryptographichash.h>
#include <QtCore/qurl.h>

#include <algorithm>

namespace QRepod {

namespace {

//! Returns the host of `host` or `host:port`; an IPv6 address keeps its brackets.
QByteArrayView hostOf(QByteArrayView hostAndPort)
{
    const qsizetype bracket = hostAndPort.lastIndexOf(']');
    const qsizetype colon = hostAndPort.lastIndexOf(':');
    return colon > bracket ? hostAndPort.first(colon) : hostAndPort;
}

bool isKey(QByteArrayView key)
{
    const auto bytes =
        QByteArray::fromBase64Encoding(key.toByteArray(), QByteArray::AbortOnBase64DecodingErrors);
    return key.size() == 24 && bytes && (*bytes).size() == 16;
}

bool isTarget(QByteArrayView target)
{
    return target.startsWith('/') && std::none_of(target.begin(), target.end(), [](char c) {
               return uchar(c) <= 0x20 || uchar(c) >= 0x7f || c == '#';
           });
}

} // namespace

QByteArray acceptOf(QByteArrayView key)
{
    QCryptographicHash hash(QCryptographicHash::Sha1);
    hash.addData(key.toByteArray());
    hash.addData(QByteArrayLiteral("258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    return hash.result().toBase64();
}

ServerHandshake::ServerHandshake(const Admission &admission, const QString &peer, bool isEncrypted,
                                 std::shared_ptr<HttpRequest> request)
    : m_admission(admission)
    , m_peer(peer)
    , m_isEncrypted(isEncrypted)
    , m_request(std::move(request))
{
}

ServerHandshake::~ServerHandshake() = default;

Handshake::State ServerHandshake::read(QByteArray &bytes)
{
    const qsizetype size = HttpHead::size(bytes);
    if (size == 0 && bytes.size() < HttpHead::maximumSize)
        return refuseEarly(bytes);
    if (size == 0 || size > HttpHead::maximumSize)
        return refuse("431 Request Header Fields Too Large",
                      QStringLiteral("the head of the request is over the limit of %1 bytes")
                          .arg(HttpHead::maximumSize));
    const HttpHead head(QByteArrayView(bytes).first(size));
    const State state = judge(head);
    if (state == State::Done)
        bytes.remove(0, size);
    return state;
}

//! Refuses at once what cannot be a request, because its end may never come.
Handshake::State ServerHandshake::refuseEarly(QByteArrayView bytes)
{
    if (bytes.isEmpty() || (bytes.front() >= 'A' && bytes.front() <= 'Z'))
        return State::Waiting;
    const auto first = uchar(bytes.front());
    constexpr uchar tlsHandshake = 0x16;
    if (first == tlsHandshake)
        return fail(QStringLiteral("not HTTP; does the peer speak TLS?"));
    const QString error = QStringLiteral("not HTTP; this port is for WebSocket clients");
    // A repod frame begins with a zero, unless it is larger than any. Tell its client in a way that
    // it understands.
    if (first == 0)
        return fail(error,
                    encode({{QStringLiteral("action"), QStringLiteral("error")},
                            {QStringLiteral("error"), error}}));
    return refuse("400 Bad Request", error);
}

Handshake::State ServerHandshake::refuse(const char *status, const QString &reason,
                                         const QByteArray &fields)
{
    const QByteArray text = reason.toUtf8() + '\n';
    return fail(QLatin1String(status) + QLatin1String(": ") + reason,
                QByteArray("HTTP/1.1 ") + status + "\r\nConnection: close\r\n" + fields
                    + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: "
                    + QByteArray::number(text.size()) + "\r\n\r\n" + text);
}

//! Checks the request by RFC 6455, section 4.2.1. It must not announce a body either.
Handshake::State ServerHandshake::judge(const HttpHead &head)
{
    const auto bad = [this](const QString &reason) { return refuse("400 Bad Request", reason); };
    const QList<QByteArray> line = head.startLine().toByteArray().split(' ');
    if (!head.error().isEmpty())
        return bad(head.error());
    if (line.size() != 3 || !line[2].startsWith("HTTP/") || !isTarget(line[1]))
        return bad(QStringLiteral("invalid request line"));
    if (line[2] != "HTTP/1.1")
        return refuse("505 HTTP Version Not Supported", QStringLiteral("expected HTTP/1.1"));
    if (line[0] != "GET")
        return refuse("405 Method Not Allowed", QStringLiteral("the request must use GET"),
                      "Allow: GET\r\n");
    if (head.count("Host") != 1 || head.value("Host").isEmpty())
        return bad(QStringLiteral("expected exactly one Host header"));
    if (head.count("Transfer-Encoding") > 0 || head.count("Content-Length") > 1
        || (head.count("Content-Length") == 1 && head.value("Content-Length") != "0"))
        return bad(QStringLiteral("the request must not have a body"));
    if (!head.hasToken("Upgrade", "websocket") || !head.hasToken("Connection", "upgrade"))
        return refuse("426 Upgrade Required", QStringLiteral("this port is for WebSocket clients"),
                      "Upgrade: websocket\r\n");
    if (head.count("Sec-WebSocket-Version") != 1 || head.value("Sec-WebSocket-Version") != "13")
        return refuse("426 Upgrade Required",
                      QStringLiteral("only WebSocket version 13 is supported"),
                      "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
    if (head.count("Sec-WebSocket-Key") != 1 || !isKey(head.value("Sec-WebSocket-Key")))
        return bad(QStringLiteral("expected exactly one Sec-WebSocket-Key of 16 bytes"));
    if (head.count("Origin") > 1)
        return bad(QStringLiteral("more than one Origin header"));
    if (!isOriginAllowed(head))
        return refuse("403 Forbidden",
                      QStringLiteral("pages from %1 are not allowed here")
                          .arg(QString::fromUtf8(head.value("Origin")).left(200)));
    note(head, line[1]);
    accept(head);
    return State::Done;
}

//! Programs send no Origin. A browser always does, and no page can prevent it.
bool ServerHandshake::isOriginAllowed(const HttpHead &head) const
{
    if (head.count("Origin") == 0)
        return true;
    const QString origin = QString::fromUtf8(head.value("Origin"));
    const QStringList &allowed = m_admission.origins;
    if (allowed.contains(QLatin1String("*")) || allowed.contains(normalizedOrigin(origin)))
        return true;
    const qsizetype authority = head.value("Origin").indexOf("://");
    if (authority < 0)
        return false; // "null", for a file
    const QByteArrayView page = hostOf(head.value("Origin").sliced(authority + 3));
    return !page.isEmpty() && page.compare(hostOf(head.value("Host")), Qt::CaseInsensitive) == 0;
}

//! Leaves out cookies: a browser adds them to the requests of any page, so they prove nothing.
void ServerHandshake::note(const HttpHead &head, QByteArrayView target)
{
    const QByteArray scheme = m_isEncrypted ? "wss://" : "ws://";
    m_request->url =
        QUrl::fromEncoded(scheme + head.value("Host").toByteArray() + target.toByteArray());
    for (const HttpHead::Field &field : head.fields()) {
        if (field.name.compare("Cookie", Qt::CaseInsensitive) == 0)
            continue;
        m_request->fields += field.name;
        m_request->fields += ':';
        m_request->fields += field.value;
        m_request->fields += '\n';
    }
    m_request->fields.squeeze();
    noteForwarded(head);
}

//! Each proxy appends the address of its client. Reading from the end, the first address that is
//! not one of our proxies is the client. Anything before it may be invented.
void ServerHandshake::noteForwarded(const HttpHead &head)
{
    QString client = m_peer.left(m_peer.lastIndexOf(u':'));
    if (m_admission.proxies.isEmpty())
        return;
    QList<QByteArrayView> addresses = head.tokens("X-Forwarded-For");
    bool isForwarded = false;
    while (!addresses.isEmpty() && isProxy(client)) {
        client = QString::fromLatin1(addresses.takeLast().toByteArray());
        if (QHostAddress(withoutBrackets(client)).isNull())
            return;
        isForwarded = true;
    }
    if (isForwarded)
        m_request->address = hostAndPort(QHostAddress(withoutBrackets(client)), 0);
}

bool ServerHandshake::isProxy(const QString &address) const
{
    const QHostAddress host(withoutBrackets(address));
    return std::any_of(
        m_admission.proxies.cbegin(), m_admission.proxies.cend(),
        [&](const QString &proxy) { return host.isInSubnet(QHostAddress::parseSubnet(proxy)); });
}

void ServerHandshake::accept(const HttpHead &head)
{
    m_answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Accept: "
        + acceptOf(head.value("Sec-WebSocket-Key")) + "\r\n";
    for (const QByteArrayView protocol : head.tokens("Sec-WebSocket-Protocol")) {
        m_isJson = protocol == "qrepod.json";
        if (m_isJson || protocol == "qrepod") {
            m_answer += "Sec-WebSocket-Protocol: " + protocol.toByteArray() + "\r\n";
            break;
        }
    }
    m_answer += "\r\n";
}

} // namespace QRepod
