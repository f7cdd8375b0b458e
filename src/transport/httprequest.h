// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>
#include <QtCore/qurl.h>

namespace QRepod {

//! What a client that came by HTTP asked for. Its stream writes this before it opens; after that it
//! is only read.
struct HttpRequest
{
    QUrl url;
    QByteArray fields; ///< lines of `name: value`, each ending with a line feed
    QString address;   ///< the client's, if a proxy in front of it has named it; otherwise empty

    //! Returns the header \a name; repeated headers are joined with commas; empty if there is none.
    QByteArray field(QByteArrayView name) const
    {
        QByteArray value;
        bool isFound = false;
        for (qsizetype begin = 0; begin < fields.size();) {
            const qsizetype end = fields.indexOf('\n', begin);
            const QByteArrayView line = QByteArrayView(fields).sliced(begin, end - begin);
            begin = end + 1;
            const qsizetype colon = line.indexOf(':');
            if (qstrnicmp(line.data(), colon, name.data(), name.size()) != 0)
                continue;
            if (isFound)
                value += ", ";
            value += line.sliced(colon + 1).trimmed();
            isFound = true;
        }
        return value;
    }
};

} // namespace QRepod
