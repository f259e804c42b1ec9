/** The status of an answer of axios, which throws those that are no success. */

import { type AxiosResponse, isAxiosError } from 'axios';

export async function statusOf(answer: Promise<AxiosResponse>): Promise<number> {
  try {
    return (await answer).status;
  } catch (error) {
    if (isAxiosError(error) && error.response) return error.response.status;
    throw error;
  }
}
