// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qlist.h>
#include <QtCore/qstring.h>

#include <optional>

namespace QRepod {

//! The head of an HTTP/1.1 request or response: a start line, then fields.
///
/// Reads as strictly as RFC 9112 allows, so that a proxy in front of this program never disagrees
/// with it about where a head ends: lines end with CR LF, no space follows a name, lines are not
/// folded.
class HttpHead
{
public:
    static constexpr qsizetype maximumSize = 8 * 1024; ///< bytes
    static constexpr qsizetype maximumFields = 64;

    struct Field
    {
        QByteArrayView name;
        QByteArrayView value;
    };

    //! Returns the size of the head in \a bytes, including its end; 0 if the end has not come.
    static qsizetype size(QByteArrayView bytes);

    //! Reads \a head, which is as long as size() says and must outlive this object.
    explicit HttpHead(QByteArrayView head);

    //! What is wrong with the head; empty if nothing is.
    QString error() const { return m_error; }

    QByteArrayView startLine() const { return m_startLine; }
    const QList<Field> &fields() const { return m_fields; }

    //! Returns how many fields have this \a name.
    qsizetype count(QByteArrayView name) const;

    //! Returns the value of the first field \a name; empty if there is none.
    QByteArrayView value(QByteArrayView name) const;

    //! Returns whether the lists in the fields \a name contain \a token, ignoring case.
    bool hasToken(QByteArrayView name, QByteArrayView token) const;

    //! Returns all tokens in the lists of the fields \a name.
    QList<QByteArrayView> tokens(QByteArrayView name) const;

private:
    void read(QByteArrayView head);
    bool readField(QByteArrayView line);

    QByteArrayView m_startLine;
    QList<Field> m_fields;
    QString m_error;
};

} // namespace QRepod
