// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearraylist.h>
#include <QtCore/qlist.h>

#include <optional>

namespace QRepod {

/// \file
/// Redis' wire format, version 2 of its protocol: commands to bytes, and bytes to replies. Pure
/// functions and values: no socket.

//! A command as an array of binary strings.
QByteArray encodeCommand(const QByteArrayList &arguments);

struct RespValue
{
    enum class Kind { Null, Text, Error, Integer, List };

    Kind kind = Kind::Null;
    QByteArray text; ///< of a text or an error
    qint64 integer = 0;
    QList<RespValue> list;
};

//! Cuts what comes from Redis into replies. Bytes that are none are an error, after which nothing
//! more is read.
class RespReader
{
public:
    //! No reply is larger, and no list longer or deeper; ours are far from that.
    static constexpr qsizetype maximumSize = 512 * 1024 * 1024;
    static constexpr qint64 maximumElements = 1024 * 1024;
    static constexpr int maximumDepth = 8;

    void append(const QByteArray &bytes) { m_bytes += bytes; }

    //! The next whole reply, if there is one.
    std::optional<RespValue> next();

    //! Why nothing more is read; empty while it is.
    QString error() const { return m_error; }

private:
    std::optional<RespValue> read(int depth);
    std::optional<QByteArray> readLine();
    std::optional<qint64> readNumber();
    std::optional<RespValue> readText(qint64 size);
    std::optional<RespValue> readList(qint64 count, int depth);
    void fail(const QString &error);

    QByteArray m_bytes;
    qsizetype m_begin = 0; // of the reply at hand
    qsizetype m_next = 0;
    qsizetype m_needed = 0; // bytes before it is worth another look
    QString m_error;
};

} // namespace QRepod
