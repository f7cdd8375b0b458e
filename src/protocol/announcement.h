// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <optional>

namespace QRepod {

/// \file
/// The datagrams by which clients find servers on a local network, as src/protocol/PROTOCOL.md
/// specifies them. Pure functions; decoding anything else returns nothing.

//! The size of every question, and the limit for answers, in bytes. An answer that is never larger
//! than its question cannot be used to flood a third party whose address was forged.
inline constexpr qsizetype datagramSize = 1200;

//! Where questions are sent, besides the broadcast addresses.
inline constexpr const char *multicastGroup = "239.255.80.71";
inline constexpr int defaultLanPort = 5071;

//! A server's description of itself.
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

//! Returns an empty array if the datagram is too large or cannot be encoded; \a error says why.
QByteArray encodeAnnouncement(const Announcement &announcement, QString *error);
std::optional<Announcement> decodeAnnouncement(QByteArrayView datagram);

} // namespace QRepod
