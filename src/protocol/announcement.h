// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <optional>

namespace QRepod {

/// \file
/// The datagrams by which servers are found on a local network; src/protocol/PROTOCOL.md specifies
/// them. Pure functions: what is not such a datagram is nothing.

//! No datagram is larger. A question has exactly this size and no answer has more, so that nobody
//! gets more bytes than were sent in his name.
inline constexpr qsizetype datagramSize = 1200;

//! Where questions are sent, beside the broadcast addresses.
inline constexpr const char *multicastGroup = "239.255.80.71";
inline constexpr int defaultLanPort = 5071;

//! A server, as it describes itself.
struct Announcement
{
    quint64 question = 0; ///< the number of the question that is answered
    quint64 server = 0;   ///< a random number, the same in every answer of one server
    QString title;
    QVariantMap data;
    quint16 port = 0; ///< TCP
};

QByteArray encodeQuestion(quint64 number);
std::optional<quint64> decodeQuestion(QByteArrayView datagram);

//! Empty if it is too large or cannot be encoded; then \a error says why.
QByteArray encodeAnnouncement(const Announcement &announcement, QString *error);
std::optional<Announcement> decodeAnnouncement(QByteArrayView datagram);

} // namespace QRepod
