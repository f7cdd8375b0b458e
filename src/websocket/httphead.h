// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qlist.h>
#include <QtCore/qstring.h>

#include <optional>

namespace QRepod {

//! The head of an HTTP/1.1 request or response: a line, then fields.
///
/// Read as strictly as RFC 9112 allows, so that whatever stands before this program and this
/// program never disagree about where a head ends: lines end with CR LF, names have no space behind
/// them, nothing is folded.
class HttpHead
{
public:
    static constexpr qsizetype largest = 8 * 1024; ///< bytes
    static constexpr qsizetype mostFields = 64;

    struct Field
    {
        QByteArrayView name;
        QByteArrayView value;
    };

    //! How many bytes of \a bytes are a head, its end included; 0 if the end has not come.
    static qsizetype size(QByteArrayView bytes);

    //! \a head, which outlives this, is as long as size() says.
    explicit HttpHead(QByteArrayView head);

    //! What is wrong with it; empty if nothing is.
    QString error() const { return m_error; }

    QByteArrayView startLine() const { return m_startLine; }
    const QList<Field> &fields() const { return m_fields; }

    //! How often the field \a name is there.
    qsizetype count(QByteArrayView name) const;

    //! The value of the first field \a name; empty if there is none.
    QByteArrayView value(QByteArrayView name) const;

    //! Whether \a token is in the lists that the fields \a name hold, in whatever case.
    bool hasToken(QByteArrayView name, QByteArrayView token) const;

    //! All that these lists hold.
    QList<QByteArrayView> tokens(QByteArrayView name) const;

private:
    void read(QByteArrayView head);
    bool readField(QByteArrayView line);

    QByteArrayView m_startLine;
    QList<Field> m_fields;
    QString m_error;
};

} // namespace QRepod
