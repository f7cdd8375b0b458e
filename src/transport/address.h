// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>
#include <QtNetwork/qhostaddress.h>

#include <limits>

namespace QRepod {

//! `"host:port"`, with an IPv6 address in brackets.
inline QString hostAndPort(const QString &host, int port)
{
    const bool isIpv6 = host.contains(u':') && !host.startsWith(u'[');
    return (isIpv6 ? QStringLiteral("[%1]:%2") : QStringLiteral("%1:%2")).arg(host).arg(port);
}

//! The same for a peer. On a dual-stack socket, an IPv4 client has an IPv4-mapped IPv6 address.
inline QString hostAndPort(const QHostAddress &address, int port)
{
    bool isIpv4 = false;
    const quint32 ipv4 = address.toIPv4Address(&isIpv4);
    return hostAndPort((isIpv4 ? QHostAddress(ipv4) : address).toString(), port);
}

//! Returns \a host in the form that the system expects: users may put an IPv6 address in brackets.
inline QString withoutBrackets(const QString &host)
{
    const bool hasBrackets = host.startsWith(u'[') && host.endsWith(u']');
    return hasBrackets ? host.mid(1, host.size() - 2) : host;
}

inline bool isPort(int number)
{
    return number >= 0 && number <= std::numeric_limits<quint16>::max();
}

//! Returns where the port begins in `"host:port"`.
inline qsizetype portPosition(const QString &hostAndPort)
{
    return hostAndPort.lastIndexOf(u':') + 1;
}

//! Returns what is wrong with \a hostAndPort; empty if it is a valid address.
inline QString addressFault(const QString &hostAndPort)
{
    const qsizetype position = portPosition(hostAndPort);
    if (position < 2)
        return QStringLiteral("expected \"host:port\"");
    bool isNumber = false;
    const int port = QStringView(hostAndPort).sliced(position).toInt(&isNumber);
    if (!isNumber || port == 0 || !isPort(port))
        return QStringLiteral("a port is a number from 1 to 65535");
    return {};
}

} // namespace QRepod
