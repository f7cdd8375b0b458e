// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearraylist.h>
#include <QtCore/qlist.h>

#include <optional>

namespace QRepod {

/// \file
/// Redis' wire format, version 2 of its protocol: encodes commands and decodes replies. Pure
/// functions and values: no socket.

//! Returns a command as an array of binary strings.
QByteArray encodeCommand(const QByteArrayList &arguments);

struct RespValue
{
    enum class Kind { Null, Text, Error, Integer, List };

    Kind kind = Kind::Null;
    QByteArray text; ///< of a text or an error
    qint64 integer = 0;
    QList<RespValue> list;
};

//! Cuts the bytes from Redis into replies. Bytes that are not a reply are an error, after which
//! nothing more is read.
class RespReader
{
public:
    //! Limits for a reply, and for the length and depth of a list. Ours are far below them.
    static constexpr qsizetype maximumSize = 512 * 1024 * 1024;
    static constexpr qint64 maximumElements = 1024 * 1024;
    static constexpr int maximumDepth = 8;

    void append(const QByteArray &bytes) { m_bytes += bytes; }

    //! Returns the next complete reply, if there is one.
    std::optional<RespValue> next();

    //! Why nothing more is read; empty if there was no error.
    QString error() const { return m_error; }

private:
    std::optional<RespValue> read(int depth);
    std::optional<QByteArray> readLine();
    std::optional<qint64> readNumber();
    std::optional<RespValue> readText(qint64 size);
    std::optional<RespValue> readList(qint64 count, int depth);
    void fail(const QString &error);

    QByteArray m_bytes;
    qsizetype m_begin = 0; // of the current reply
    qsizetype m_next = 0;
    qsizetype m_needed = 0; // bytes to have before parsing again
    QString m_error;
};

} // namespace QRepod
