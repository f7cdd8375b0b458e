// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/call.h"
#include "dispatch/memory.h"
#include "dispatch/signature.h"

#include <array>

namespace QRepod {

//! The arguments for one call.
///
/// Arguments that fields fill are constructed when the field comes, all others at once.
class Arguments
{
public:
    //! Refers to \a call, which must outlive this object.
    Arguments(const Signature &signature, const Call &call);
    ~Arguments();
    Q_DISABLE_COPY_MOVE(Arguments)

    //! Reads the fields of the message into their arguments.
    ///
    /// \return the first field that is missing or does not fit; nullptr if there is none.
    const Signature::Field *read();

    //! How many of the last parameters have been omitted because they have default arguments.
    int omitted() const { return m_omitted; }

    //! Whether an argument was supplied.
    bool isSupplied() const { return m_isSupplied; }

    //! The array for QMetaObject::metacall(): the place of the return value, nullptr until it is
    //! set, then the arguments.
    void **data() { return m_pointers.data(); }

    // The sink of FieldReader.
    bool wants(QByteArrayView key);
    bool field(const Value &value);

private:
    void *place(const Signature::Fixed &fixed);
    const void *supplied(const Signature::Fixed &fixed);
    const Signature::Field *firstMissing();

    const Signature &m_signature;
    const Call &m_call;
    const Signature::Field *m_current = nullptr;
    size_t m_next = 0;
    FieldSet m_given = 0; // the fields that have come; not for a gadget
    FieldSet m_unfit = 0;
    int m_omitted = 0;
    bool m_isSupplied = false;
    std::array<void *, 1 + Signature::maximumParameters> m_pointers;
    Memory m_memory;
};

} // namespace QRepod
